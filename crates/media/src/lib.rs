//! Devices, sound, pictures and the media host that owns them.
