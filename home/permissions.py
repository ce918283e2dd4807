"""Rights on rows that nobody writes by hand."""

from wagtail.permission_policies import ModelPermissionPolicy


class RestrictedPermissionPolicy(ModelPermissionPolicy):
    """The rights of a model, without the actions that nobody may do whatever their groups say."""

    def __init__(self, model, *refused: str):
        super().__init__(model)
        self.refused = refused

    def user_has_permission(self, user, action):
        return action not in self.refused and super().user_has_permission(user, action)
