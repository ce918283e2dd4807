"""Permission policies for rows that are not edited by hand."""

from wagtail.permission_policies import ModelPermissionPolicy


class RestrictedPermissionPolicy(ModelPermissionPolicy):
    """Permission policy of a model without the ``refused`` actions, which no group can grant."""

    def __init__(self, model, *refused: str):
        super().__init__(model)
        self.refused = refused

    def user_has_permission(self, user, action):
        return action not in self.refused and super().user_has_permission(user, action)
