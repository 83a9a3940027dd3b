"""Times: the forms in which a column may write them, and the clocks they show."""
