"""An S3 server in a process of its own, with one bucket and one user who may use that bucket alone.

usage: python s3_source.py BUCKET. The port, the user's access key and its secret are printed, one a
line. Signatures and policies are checked as the real service does.
"""

import json
import logging
import sys

from moto import settings
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

(BUCKET,) = sys.argv[1:]
ACCOUNT, USER = "123456789012", "lender"  # the account every request belongs to there
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
        }
    ],
}


def serve() -> None:
    """Serve until the process is ended."""
    users = iam_backends[ACCOUNT]["aws"]
    users.create_user("aws", USER)
    users.put_user_policy(USER, "own_bucket", json.dumps(POLICY))
    key = users.create_access_key(USER)
    s3_backends[ACCOUNT]["aws"].create_bucket(BUCKET, "us-east-1")
    # From now on a request must be signed with that key.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(
        "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True
    )
    sys.stdout.write(f"{server.port}\n{key.access_key_id}\n{key.secret_access_key}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve()
