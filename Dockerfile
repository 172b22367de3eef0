# One image for every Airflow process of docker-compose.yaml.
FROM python:3.11-slim-bookworm

WORKDIR /opt/postloan
# What an engine or a source needs beyond the usual: "spark", "s3" or both (docker-compose.yaml).
ARG POSTLOAN_EXTRAS=""
RUN case " $POSTLOAN_EXTRAS " in *" spark "*) \
        apt-get update && apt-get install --yes --no-install-recommends openjdk-17-jre-headless \
        && rm -rf /var/lib/apt/lists/* ;; esac
COPY requirements.txt requirements-s3.txt requirements-spark.txt ./
RUN pip install --no-cache-dir -r requirements.txt \
        $(for extra in $POSTLOAN_EXTRAS; do echo "-r requirements-$extra.txt"; done)
COPY dags dags
COPY include include
COPY plugins plugins

ENV PYTHONPATH=/opt/postloan/plugins PYTHONUNBUFFERED=1
RUN mkdir /var/lib/postloan && chmod 1777 /var/lib/postloan
# Any user may run it; docker-compose.yaml gives the owner of the mounted folder.
ENV HOME=/tmp
EXPOSE 8080
CMD ["airflow", "version"]
