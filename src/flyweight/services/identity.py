"""Who is asking: nobody in particular, as long as the platform serves its own machine's user alone."""

from flyteidl.service import identity_pb2

LOCAL = "local"


class Identity:
    """Flyte's IdentityService."""

    async def user_info(self, _request: identity_pb2.UserInfoRequest) -> identity_pb2.UserInfoResponse:
        """Tell the caller who the platform takes it for."""
        return identity_pb2.UserInfoResponse(subject=LOCAL, name=LOCAL, preferred_username=LOCAL)
