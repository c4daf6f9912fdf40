"""Who there is: users, roles, projects and keys as plain records. Rules are in `access`, verbs in `engine`."""
