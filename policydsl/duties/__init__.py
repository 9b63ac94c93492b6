"""What a row still has to do: tasks with what is done and lacking, dates, proof, who decides what."""
