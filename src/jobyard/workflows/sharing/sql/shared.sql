-- collection: one by id
SELECT id, name, owner, created_at FROM collections WHERE id = :id

-- all_collections: oldest first
SELECT id, name, owner, created_at FROM collections ORDER BY created_at, id

-- collections_of: those that somebody owns or is a member of, directly or through a group
SELECT id, name, owner, created_at FROM collections
WHERE owner = :user OR id IN (
    SELECT m.collection FROM collection_members AS m
    WHERE (m.expires_at IS NULL OR m.expires_at > :now)
        AND (
            (m.form = 'user' AND m.member = :user)
            OR (m.form = 'group' AND m.member IN (SELECT circle FROM people_group_members WHERE member = :user))
        )
)
ORDER BY created_at, id

-- put_collection: all of it
INSERT INTO collections (id, name, owner, created_at) VALUES (:id, :name, :owner, :created_at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner

-- drop_collection: one by id
DELETE FROM collections WHERE id = :id

-- drop_members_of: all members of a collection
DELETE FROM collection_members WHERE collection = :id

-- drop_things_of: all that lies in a collection
DELETE FROM collection_things WHERE collection = :id

-- members: of a collection, first come first
SELECT form, member, permissions, expires_at, added_at FROM collection_members
WHERE collection = :id ORDER BY added_at, form, member

-- put_member: with what they may do
INSERT INTO collection_members (collection, form, member, permissions, expires_at, added_at)
VALUES (:collection, :form, :member, :permissions, :expires_at, :added_at)
ON CONFLICT (collection, form, member) DO UPDATE SET
    permissions = excluded.permissions, expires_at = excluded.expires_at

-- drop_member: one of a collection
DELETE FROM collection_members WHERE collection = :collection AND form = :form AND member = :member

-- things: what lies in a collection, first come first
SELECT form, thing FROM collection_things WHERE collection = :id ORDER BY added_at, form, thing

-- put_thing: into a collection; whoever puts it there anew answers for it from then on
INSERT INTO collection_things (collection, form, thing, added_by, added_at)
VALUES (:collection, :form, :thing, :added_by, :added_at)
ON CONFLICT (collection, form, thing) DO UPDATE SET added_by = excluded.added_by

-- drop_thing: out of a collection
DELETE FROM collection_things WHERE collection = :collection AND form = :form AND thing = :thing

-- holders: the collections that something lies in, and who put it there
SELECT c.id, c.name, c.owner, c.created_at, t.added_by FROM collection_things AS t JOIN collections AS c ON c.id = t.collection
WHERE t.form = :form AND t.thing = :thing ORDER BY c.created_at, c.id

-- shared_with: what lies in somebody's collections, theirs directly or through a group, and who put it there
SELECT DISTINCT t.thing, t.added_by FROM collection_things AS t
JOIN collections AS c ON c.id = t.collection
LEFT JOIN collection_members AS m ON m.collection = t.collection
    AND (m.expires_at IS NULL OR m.expires_at > :now)
WHERE t.form = :form AND (
    c.owner = :user
    OR (m.form = 'user' AND m.member = :user)
    OR (m.form = 'group' AND m.member IN (SELECT circle FROM people_group_members WHERE member = :user))
)
ORDER BY t.thing, t.added_by

-- givers: who put one thing into somebody's collections
SELECT DISTINCT t.added_by FROM collection_things AS t
JOIN collections AS c ON c.id = t.collection
LEFT JOIN collection_members AS m ON m.collection = t.collection
    AND (m.expires_at IS NULL OR m.expires_at > :now)
WHERE t.form = :form AND t.thing = :thing AND (
    c.owner = :user
    OR (m.form = 'user' AND m.member = :user)
    OR (m.form = 'group' AND m.member IN (SELECT circle FROM people_group_members WHERE member = :user))
)
ORDER BY t.added_by

-- circle: one group by id
SELECT id, name, role, created_at FROM people_groups WHERE id = :id

-- circle_named: one group by name
SELECT id, name, role, created_at FROM people_groups WHERE name = :name

-- circles: all groups, by name
SELECT id, name, role, created_at FROM people_groups ORDER BY name

-- circles_of: the groups of one person
SELECT circle FROM people_group_members WHERE member = :user ORDER BY circle

-- put_circle: all of it
INSERT INTO people_groups (id, name, role, created_at) VALUES (:id, :name, :role, :created_at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role

-- drop_circle: one by id
DELETE FROM people_groups WHERE id = :id

-- drop_circle_members: all of a group
DELETE FROM people_group_members WHERE circle = :id

-- drop_circle_places: a group out of every collection
DELETE FROM collection_members WHERE form = 'group' AND member = :id

-- drop_circle_credentials: a group from every credential
DELETE FROM run_credential_users WHERE form = 'group' AND member = :id

-- circle_members: of a group, first come first
SELECT member, added_by, added_at FROM people_group_members WHERE circle = :id ORDER BY added_at, member

-- put_circle_member: into a group
INSERT INTO people_group_members (circle, member, added_by, added_at)
VALUES (:circle, :member, :added_by, :added_at)
ON CONFLICT (circle, member) DO NOTHING

-- drop_circle_member: out of a group
DELETE FROM people_group_members WHERE circle = :circle AND member = :member

-- credential: one by id
SELECT id, name, owner, sealed, created_at, updated_at FROM run_credentials WHERE id = :id

-- credentials: all, by name
SELECT id, name, owner, sealed, created_at, updated_at FROM run_credentials ORDER BY name, id

-- put_credential: all of it
INSERT INTO run_credentials (id, name, owner, sealed, created_at, updated_at)
VALUES (:id, :name, :owner, :sealed, :created_at, :updated_at)
ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at

-- drop_credential: one by id
DELETE FROM run_credentials WHERE id = :id

-- drop_credential_users: all who may use it
DELETE FROM run_credential_users WHERE credential = :id

-- credential_users: who may use it
SELECT form, member FROM run_credential_users WHERE credential = :id ORDER BY form, member

-- put_credential_user: somebody may use it
INSERT INTO run_credential_users (credential, form, member) VALUES (:credential, :form, :member)
ON CONFLICT (credential, form, member) DO NOTHING

-- drop_credential_user: somebody may not use it any more
DELETE FROM run_credential_users WHERE credential = :credential AND form = :form AND member = :member
