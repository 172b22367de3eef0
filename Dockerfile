# One image for every Airflow process of docker-compose.yaml.
FROM python:3.11-slim-bookworm

WORKDIR /opt/postloan
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY dags dags
COPY include include
COPY plugins plugins

ENV PYTHONPATH=/opt/postloan/plugins PYTHONUNBUFFERED=1
RUN mkdir /var/lib/postloan && chmod 1777 /var/lib/postloan
# Any user may run it; docker-compose.yaml gives the owner of the mounted folder.
ENV HOME=/tmp
EXPOSE 8080
CMD ["airflow", "version"]
