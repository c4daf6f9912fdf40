-- user_by_name: one user
SELECT id, name, role, password_hash, disabled, created_at, generation, rights FROM users WHERE name = :name

-- all_users: by name
SELECT id, name, role, password_hash, disabled, created_at, generation, rights FROM users ORDER BY name

-- put_user: a user
INSERT INTO users (id, name, role, password_hash, disabled, created_at, generation, rights)
VALUES (:id, :name, :role, :password_hash, :disabled, :created_at, :generation, :rights)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, role = excluded.role, password_hash = excluded.password_hash, disabled = excluded.disabled,
    created_at = excluded.created_at, generation = excluded.generation, rights = excluded.rights

-- other_user: whether another user has this name
SELECT 1 FROM users WHERE name = :name AND id <> :id

-- key_by_access: one key
SELECT id, owner, form, scope, label, face, access, sealed, created_at, expires_at, used_at, generation FROM keys
WHERE access = :access

-- keys_of: one user's keys, newest first
SELECT id, owner, form, scope, label, face, access, sealed, created_at, expires_at, used_at, generation FROM keys
WHERE owner = :owner ORDER BY created_at DESC, id DESC

-- put_key: a key
INSERT INTO keys (
    id, owner, form, scope, label, face, access, sealed, created_at, expires_at, used_at, generation
)
VALUES (
    :id, :owner, :form, :scope, :label, :face, :access, :sealed, :created_at, :expires_at, :used_at, :generation
)
ON CONFLICT (id) DO UPDATE SET
    owner = excluded.owner, form = excluded.form, scope = excluded.scope, label = excluded.label, face = excluded.face,
    access = excluded.access, sealed = excluded.sealed, created_at = excluded.created_at,
    expires_at = excluded.expires_at, used_at = excluded.used_at, generation = excluded.generation

-- other_key: whether another key opens with the same word
SELECT 1 FROM keys WHERE access = :access AND id <> :id

-- drop_key: remove a key
DELETE FROM keys WHERE id = :id

-- project_by_id: one project
SELECT id, name, owner, created_at FROM projects WHERE id = :name

-- project_by_name: one project
SELECT id, name, owner, created_at FROM projects WHERE name = :name

-- all_projects: by name
SELECT id, name, owner, created_at FROM projects ORDER BY name

-- put_project: a project
INSERT INTO projects (id, name, owner, created_at) VALUES (:id, :name, :owner, :created_at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner, created_at = excluded.created_at

-- drop_project: forget one
DELETE FROM projects WHERE id = :id

-- other_project: whether another project has this name
SELECT 1 FROM projects WHERE name = :name AND id <> :id

-- memberships_of_user: the projects of one user
SELECT project, member, role FROM memberships WHERE member = :member ORDER BY project

-- memberships_of_project: the members of one project
SELECT project, member, role FROM memberships WHERE project = :project ORDER BY member

-- membership: one user in one project
SELECT project, member, role FROM memberships WHERE project = :project AND member = :member

-- all_memberships: every one
SELECT project, member, role FROM memberships ORDER BY project, member

-- put_membership: a user's place in a project
INSERT INTO memberships (project, member, role) VALUES (:project, :member, :role)
ON CONFLICT (project, member) DO UPDATE SET role = excluded.role

-- drop_membership: a user's place in a project
DELETE FROM memberships WHERE project = :project AND member = :member

-- drop_members: everybody's place in a project
DELETE FROM memberships WHERE project = :project
