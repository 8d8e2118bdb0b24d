#!/usr/bin/env python3
"""Brings the loopback interface of a fresh network namespace up, without iproute2."""

import fcntl
import socket
import struct

SIOCSIFFLAGS = 0x8914
UP_AND_RUNNING = 0x1 | 0x40

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
