"""Weekly progress tables and enterprise ledgers to one frame: date, unit, stage, total, done."""
