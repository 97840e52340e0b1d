"""Answers from elsewhere: providers over HTTPS, one stream interface, one error tree, one gate."""
