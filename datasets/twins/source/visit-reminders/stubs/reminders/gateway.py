class GatewayError(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


class Gateway: ...
