"""Pages of jobs, plans, loops, panels and interviewers."""
