# One image for every Airflow service of docker-compose.yaml. The slim image holds Airflow alone, so that the providers
# and libraries are those of requirements.txt and nothing else.
ARG AIRFLOW_IMAGE=apache/airflow:slim-3.3.2-python3.11
FROM ${AIRFLOW_IMAGE}

# A named volume takes its first content and its owner from the folder that it covers.
RUN mkdir -p /opt/airflow/auth /opt/airflow/logs /opt/airflow/staging \
    && chmod 775 /opt/airflow/auth /opt/airflow/logs /opt/airflow/staging

COPY --chown=airflow:0 requirements.txt /opt/airflow/
RUN pip install --no-cache-dir -r /opt/airflow/requirements.txt

# plugins/ stays where Airflow looks for it; the editable install adds the `crm-migration` command beside it.
COPY --chown=airflow:0 LICENSE README.md pyproject.toml /opt/airflow/
COPY --chown=airflow:0 plugins /opt/airflow/plugins
RUN pip install --no-cache-dir --no-deps --editable /opt/airflow
COPY --chown=airflow:0 include /opt/airflow/include
COPY --chown=airflow:0 dags /opt/airflow/dags

ENV GX_ANALYTICS_ENABLED=false
