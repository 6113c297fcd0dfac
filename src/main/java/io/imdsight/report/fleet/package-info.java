/** The fleet: the records of many machines in, how far each is from requiring tokens out. Takes streams; knows no files. */
package io.imdsight.report.fleet;
