"""Genre tags in the bytes of music files, of each format its way.

What belongs here: what takes a file apart and puts it together again. It runs in a process of its own (``worker``),
which starts in a twentieth of a second because nothing here imports anything else of the portal. All that is no genre
is carried over as it lies in the file, never read and written anew, so that it cannot change.
"""
