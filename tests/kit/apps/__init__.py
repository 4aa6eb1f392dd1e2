"""Applications as teams write them, with what each of them uses: the bench of ``backstamp bom`` on code.

Each module has ``FILES``, ``USED`` (kind and key of every part that is not a library) and ``DECOYS``
(names which stand in the files, and are used nowhere). They were written before the readers were tried on them.
"""
