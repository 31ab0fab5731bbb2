//! End-to-end scenarios live under `tests/tests`, one file one story; foreign clients under `tests/foreign`.
