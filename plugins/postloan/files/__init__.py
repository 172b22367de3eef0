"""Files and folders: who may read them, how they are named, what a spreadsheet may hold."""
