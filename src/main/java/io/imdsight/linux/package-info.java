/**
 * The kernel's interfaces: system calls, netlink, perf, namespaces, /proc. The only room that knows JNA; it knows nothing of metadata
 * services and imports no other room.
 */
package io.imdsight.linux;
