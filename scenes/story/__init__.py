"""Stories: from run records to the specs of chapters, one module for each chapter."""
