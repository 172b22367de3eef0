# One image for every Airflow process of docker-compose.yaml.
FROM python:3.11-slim-bookworm

WORKDIR /opt/postloan
# What an engine or a source needs beyond the usual: "spark", "s3" or both (docker-compose.yaml).
ARG POSTLOAN_EXTRAS=""
RUN case " $POSTLOAN_EXTRAS " in *" spark "*) \
        apt-get update && apt-get install --yes --no-install-recommends openjdk-17-jre-headless \
        && rm -rf /var/lib/apt/lists/* ;; esac
COPY requirements.txt requirements-s3.txt requirements-spark.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt \
        $(for extra in $POSTLOAN_EXTRAS; do echo "-r requirements-$extra.txt"; done)
COPY dags dags
COPY include include
COPY plugins plugins
# Readable for whoever runs it, also where the checkout is its owner's alone.
RUN chmod -R a+rX /opt/postloan

ENV PYTHONPATH=/opt/postloan/plugins PYTHONUNBUFFERED=1
# Any user may run it: docker-compose.yaml gives the owner of the folder that is mounted here.
# Without one nothing can be kept, rather than kept where everybody may read it.
RUN mkdir --mode=0700 /var/lib/postloan
ENV HOME=/tmp
EXPOSE 8080
# State is readable by its owner alone, whatever the container was started with.
ENTRYPOINT ["/bin/sh", "-c", "umask 077 && exec \"$0\" \"$@\""]
CMD ["airflow", "version"]
