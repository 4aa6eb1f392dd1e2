"""The offline builder of the table of callables."""
