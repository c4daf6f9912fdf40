"""Work on datasets that runs as jobs: taking in pictures, exports, imports, backups, quality, consensus, reports."""
