"""Drafting: a problem statement while somebody writes it, with whatever is missing still.

`shape` is the document and the form it is written in, `acts` what the buttons do to it,
`wording` how a mistake is said beside its field. Leaves out the rules (`app/content`) and
where drafts are kept (`app/store/shelf.py`). Always: nothing that was typed is dropped.
"""
