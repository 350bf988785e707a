"""Who is asking: nobody in particular, as long as the platform serves its own machine's user alone."""

from typing import NoReturn

from flyteidl.service import auth_pb2, identity_pb2

from flyweight.errors import Unsupported

LOCAL = "local"


class Identity:
    """Flyte's IdentityService and AuthMetadataService.

    Clients ask for the latter's answers only when their configuration, or a refusal, tells them to log in. There is no
    place to log in at, and so no answer that is true: they are told what to change instead.
    """

    async def user_info(self, _request: identity_pb2.UserInfoRequest) -> identity_pb2.UserInfoResponse:
        """Tell the caller who the platform takes it for."""
        return identity_pb2.UserInfoResponse(subject=LOCAL, name=LOCAL, preferred_username=LOCAL)

    async def get_o_auth2_metadata(self, _request: auth_pb2.OAuth2MetadataRequest) -> NoReturn:
        """Refuse: there is no authorization server. Raises ``Unsupported``."""
        raise _no_login()

    async def get_public_client_config(self, _request: auth_pb2.PublicClientAuthConfigRequest) -> NoReturn:
        """Refuse: there is nothing to log in at. Raises ``Unsupported``."""
        raise _no_login()


def _no_login() -> Unsupported:
    return Unsupported(
        "this platform asks nobody to log in, so there is no authorization server: leave authType, clientId and "
        "clientSecretLocation out of the client's configuration, under `admin`"
    )
