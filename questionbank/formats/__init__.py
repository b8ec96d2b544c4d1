"""Reading question banks from files and showing their Markdown. Plain Python, no Django."""
