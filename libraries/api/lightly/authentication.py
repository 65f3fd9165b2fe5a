"""Where the vendor's client puts the key."""

from libraries.api.authentication import KeyAuthentication


class LightlyKeyAuthentication(KeyAuthentication):
    """`?token=KEY`, beside `Authorization: Bearer KEY`."""

    query_parameters = ("token",)
