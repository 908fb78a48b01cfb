"""The meaning of a video: what a model reads from its key frames beside the facts, or what the facts alone allow.

`schema` is what is asked and answered, `contradictions` drops what a fact refutes, `offline` answers without a model,
`frames` fetches the key frames, `patterns.reading_meaning` is the job. Meaning adds to facts and never overrules one.
"""
