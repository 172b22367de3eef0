"""An SFTP server in a process of its own, with one user who may read one folder.

usage: python sftp_source.py ROOT PASSWORD. The port and the public key of the host are printed, one
a line.
"""

import asyncio
import sys

import asyncssh

ROOT, PASSWORD = sys.argv[1:]
USER = "bureau"


class Door(asyncssh.SSHServer):
    """Lets the one user in by password."""

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


def only_root(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
    """Files as a client sees them: the folder is all there is."""
    return asyncssh.SFTPServer(channel, chroot=ROOT.encode())


async def serve() -> None:
    """Serve until the process is ended."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.create_server(
        Door, "127.0.0.1", 0, server_host_keys=[key], sftp_factory=only_root
    )
    host_key = key.export_public_key().decode().strip()
    sys.stdout.write(f"{listener.get_port()}\n{host_key}\n")
    sys.stdout.flush()
    await listener.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve())
