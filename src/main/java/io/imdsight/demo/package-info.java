/**
 * The stand-in metadata service and the private network that demo and tests run in. Nothing here sends a packet before {@link
 * io.imdsight.demo.NamespaceGuard} has found that the calling thread cannot reach the machine's own network.
 */
package io.imdsight.demo;
