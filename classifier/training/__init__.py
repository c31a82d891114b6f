"""The offline half: from folders of labelled music to the model that is shipped.

What belongs here: everything that needs scikit-learn or pandas. Nothing of the serving half may import it.
"""
