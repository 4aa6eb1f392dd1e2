"""Rules of the models area: facts to findings, one module a family."""
