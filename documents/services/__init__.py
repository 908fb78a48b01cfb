"""Every change of a document: made (`making`), edited and restored (`versions`), deleted and brought back (`trash`).

Each function takes the kind of document first.
"""
