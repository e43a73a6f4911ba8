"""The services of docker-compose.yaml as processes: two workers, staging on object storage."""
