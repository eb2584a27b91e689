# Answers from documents.

knowledge-not-there = That isn't in my documents.

help-knowledge = answer questions from my documents
