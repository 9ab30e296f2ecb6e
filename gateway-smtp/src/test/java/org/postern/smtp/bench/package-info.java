/** Benchmarks of the SMTP front; commands and figures in docs/performance.md. */
package org.postern.smtp.bench;
