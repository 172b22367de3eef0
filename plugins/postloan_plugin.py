"""What Postloan hangs into Airflow. The only file below plugins/ that Airflow scans."""

from airflow.plugins_manager import AirflowPlugin


class PostloanPlugin(AirflowPlugin):
    """Makes Airflow show that Postloan is installed; the work is done by the DAGs."""

    name = "postloan"
