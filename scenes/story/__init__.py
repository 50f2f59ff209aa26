"""What is told: a module a chapter, from records to texts, figures and the values of charts."""
