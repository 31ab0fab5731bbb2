"""Prints the descriptors of the installed livekit wheel as a serialized FileDescriptorSet, in hexadecimal."""

import importlib
import pkgutil

from google.protobuf import descriptor_pb2
from livekit.rtc import _proto

every = descriptor_pb2.FileDescriptorSet()
for module in sorted(found.name for found in pkgutil.iter_modules(_proto.__path__) if found.name.endswith("_pb2")):
    importlib.import_module(f"livekit.rtc._proto.{module}").DESCRIPTOR.CopyToProto(every.file.add())
print(every.SerializeToString().hex())
