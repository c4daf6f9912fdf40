"""Passwords, tokens and the vault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from jobyard.access import tokens
from jobyard.access.passwords import Passwords
from jobyard.access.tokens import fingerprint, new_access_key, new_token, same
from jobyard.access.vault import BrokenSeal, Vault
from jobyard.settings import Settings


def test_a_password_is_kept_as_argon2id_and_only_the_right_one_fits() -> None:
    passwords = Passwords(Settings().password_memory)
    stored = passwords.hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "correct" not in stored
    assert passwords.fits(stored, "correct horse")
    assert not passwords.fits(stored, "correct hors")
    assert not passwords.fits(stored, "")


def test_a_password_hashed_with_another_amount_of_memory_still_fits() -> None:
    stored = Passwords(8).hash("correct horse")
    assert "$m=8192," in stored
    assert Passwords(16).fits(stored, "correct horse")


@pytest.mark.parametrize("memory", [8, 64])
def test_nobody_s_hash_is_a_real_one_that_costs_as_much_as_any(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    verify = PasswordHasher.verify

    def watched(self: PasswordHasher, stored: str, given: str) -> bool:
        asked.append(stored)
        return verify(self, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    passwords = Passwords(memory)
    assert not passwords.fits("", "a guess")
    assert not passwords.fits(passwords.hash("right"), "a guess")
    nobody, user = (extract_parameters(stored) for stored in asked)
    assert nobody == user
    with pytest.raises(VerifyMismatchError):
        verify(PasswordHasher(), asked[0], "a guess")


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$broken"])
def test_nothing_fits_a_missing_or_broken_hash(stored: str) -> None:
    passwords = Passwords(8)
    assert not passwords.fits(stored, "")
    assert not passwords.fits(stored, "a password that nobody has")


def test_tokens_are_long_different_and_kept_as_fingerprints() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(token.startswith("jy_") and len(token) >= 46 for token in made)
    token = made.pop()
    assert fingerprint(token) == fingerprint(token)
    assert token not in fingerprint(token)
    assert len(fingerprint(token)) == 64
    assert fingerprint(token) != fingerprint(token[:-1])


def test_access_keys_are_plain_capitals_and_digits() -> None:
    keys = {new_access_key() for _ in range(200)}
    assert len(keys) == 200
    assert all(len(key) == 24 and key.isalnum() and key.upper() == key for key in keys)


def test_a_secret_key_looks_like_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["jy_" + "a" * 40, "js_" + "b" * 40, "c" * 43])
    monkeypatch.setattr(tokens, "new_secret", lambda: next(drawn))
    assert tokens.new_secret_key() == "c" * 43


def test_comparing_takes_any_text() -> None:
    assert same("a", "a")
    assert not same("a", "b")
    assert not same("a", "ab")
    assert not same("a", "\udcff")
    assert same("ž", "ž")


def test_the_vault_opens_what_it_sealed_for_the_same_owner_only(tmp_path: Path) -> None:
    vault = Vault.in_file(tmp_path / "master.key")
    sealed = vault.seal("a secret key", "JYAK1")
    assert b"a secret key" not in sealed
    assert vault.seal("a secret key", "JYAK1") != sealed
    assert vault.open(sealed, "JYAK1") == "a secret key"
    with pytest.raises(BrokenSeal):
        vault.open(sealed, "JYAK2")
    with pytest.raises(BrokenSeal):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "JYAK1")
    with pytest.raises(BrokenSeal):
        vault.open(b"", "JYAK1")


def test_the_master_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    sealed = Vault.in_file(path).seal("s", "a")
    assert path.stat().st_mode & 0o777 == 0o600
    assert Vault.in_file(path).open(sealed, "a") == "s"
    assert list(tmp_path.iterdir()) == [path]


def test_a_master_key_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    Vault.in_file(path)
    path.chmod(0o644)
    with pytest.raises(PermissionError, match="0600"):
        Vault.in_file(path)
    path.write_bytes(b"changeme")
    path.chmod(0o600)
    with pytest.raises(ValueError, match="32 bytes"):
        Vault.in_file(path)


def test_two_first_starts_at_once_agree_on_one_key_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, link = tmp_path / "master.key", os.link

    def beaten(source: Path, target: Path) -> None:
        target.write_bytes(b"1" * 32)
        target.chmod(0o600)
        link(source, target)

    monkeypatch.setattr(os, "link", beaten)
    late = Vault.in_file(path)
    assert late.open(Vault(b"1" * 32).seal("secret", "ada"), "ada") == "secret"
    assert [file.name for file in tmp_path.iterdir()] == ["master.key"]


def test_a_derived_secret_stays_and_is_one_house_s_for_one_purpose() -> None:
    vault = Vault(b"k" * 32)
    assert vault.derived("pages") == Vault(b"k" * 32).derived("pages") and len(vault.derived("pages")) == 32
    assert vault.derived("pages") not in {vault.derived("page"), Vault(b"l" * 32).derived("pages"), b"k" * 32}


@pytest.mark.parametrize("sealed", [b"", b"short", b"n" * 12, b"n" * 12 + b"t" * 16, b"n" * 200])
def test_what_was_never_sealed_is_told_from_a_secret(sealed: bytes) -> None:
    with pytest.raises(BrokenSeal):
        Vault(b"k" * 32).open(sealed, "ada")
