"""fedreel's scenes: any run record turned into pictures."""
