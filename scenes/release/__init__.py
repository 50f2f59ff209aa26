"""From a run to a release: a folder with everything that one publishes, made again only in part.

What is made is kept in a store under the digest of all that it is made from, so that a release is
put together from what is there and from what has to be made: ``digests`` says what a thing is made
from, ``store`` keeps it, and ``folder`` shows a release whole or not at all.
"""
