"""Small chat templates written for the tests, each with one habit that real models' templates have."""

from __future__ import annotations

NO_SYSTEM_ROLE = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system role') }}{% endif %}"
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "<start_of_turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n{{ m['content'] | trim }}<end_of_turn>\n"
    "{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
INSTRUCTIONS = (
    "{{ bos_token }}{% set system = '' %}{% if messages[0].role == 'system' %}"
    "{% set system = messages[0].content + '\n\n' %}{% set messages = messages[1:] %}{% endif %}"
    "{% for m in messages %}{% if m.role == 'user' %}"
    "{{ '[INST] ' + (system if loop.first else '') + m.content + ' [/INST]' }}"
    "{% elif m.role == 'assistant' %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}"
)
SILENT_ABOUT_SYSTEM = (
    "{% for m in messages if m.role != 'system' %}<|{{ m.role }}|>\n{{ m.content }}\n{% endfor %}<|assistant|>\n"
)
OPENS_THINKING = (
    "{%- for m in messages %}\n{{- '<|im_start|>' + m.role + '\n' }}\n{%- set c = m.content %}\n"
    "{%- if m.role == 'assistant' and '</think>' in c %}"
    "{%- set c = c.split('</think>')[-1].lstrip('\n') %}{%- endif %}\n"
    "{{- c + '<|im_end|>\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n"
    "{{- '<|im_start|>assistant\n<think>\n' }}\n{%- endif %}"
)
RICH = (
    "{% macro head(role) %}<|h|>{{ role | upper }} {{ strftime_now('%Y') }} {{ tools | tojson }}<|/h|>{% endmacro %}"
    "{% for m in messages %}{% if loop.index0 > 50 %}{% break %}{% endif %}"
    "{% if m.role == 'tool' %}{% continue %}{% endif %}"
    "{{ head(m.role) }}{% generation %}{{ m['content'] }}{% endgeneration %}<|e|>{% endfor %}{{ head('assistant') }}"
)
ENDLESS = (
    "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
    "{% endfor %}{% endfor %}{% endfor %}"
)
BROKEN = "{% for m in messages %}{{ m.content }"
FORGETFUL = "{% for m in messages[-1:] %}{{ m.content }}{% endfor %}"
HUNGRY = "{{ 'a' * 99999999999 }}{% for m in messages %}{{ m.content }}{% endfor %}"
SNEAKY = "{{ messages.__class__.__mro__[1].__subclasses__() }}{% for m in messages %}{{ m.content }}{% endfor %}"
