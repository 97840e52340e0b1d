"""OpenRouter activity tables."""

from __future__ import annotations

from pathlib import Path

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_openrouter_keeps_what_was_billed_beside_our_price(store: Store, tmp_path: Path) -> None:
    head = "generation_id,created_at,cost_total,byok_usage_inference,tokens_prompt,tokens_completion,tokens_reasoning,"
    head += "tokens_cached,model_permaslug,provider_name,cancelled\n"
    rows = "gen-1,2026-11-01 10:00:00.123,0.00098,0.001,1000,40,0,900,openai/gpt-5-mini-2025-08-07,OpenAI,false\n"
    rows += "gen-2,2026-11-01 10:00:00.123,0.0005,,100,4,0,0,openai/gpt-5-mini-2025-08-07,OpenAI,true\n"
    rows += "gen-3,2026-11-01 10:00:00.123,-1,,100,4,0,0,openai/gpt-5-mini-2025-08-07,OpenAI,true\n"
    (tmp_path / "activity.csv").write_text(head + rows)
    report = ImportService(store).run("auto", tmp_path / "activity.csv")
    assert (report.rows_new, report.rows_skipped, report.nano) == (2, 1, 1_980_000 + 500_000)
    assert {row.rate_card["listed_usd"] for row in store.ledger.recent()} == {"0.0001275", "0.000033"}
