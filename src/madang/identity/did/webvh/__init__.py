"""did:webvh 1.0: identifiers whose document has a history that anybody can verify.

names       the identifier in its parts, and where its files are
parameters  what governs a history: keys, commitments, witnesses, end
history     a history read and verified whole
witnesses   what witnesses signed of it
resolving   the document as it is, or was at a version or time
writing     new entries, each signed by a key that the one before committed to
"""
