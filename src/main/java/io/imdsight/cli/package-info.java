/** Commands, configuration, and the one place where the rooms are wired together. May import every room; no room imports it. */
package io.imdsight.cli;
