"""What CVAT's clients speak: projects, tasks, jobs, labels, annotations, and requests for the work behind them."""
