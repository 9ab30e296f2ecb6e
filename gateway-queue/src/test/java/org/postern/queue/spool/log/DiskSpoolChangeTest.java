package org.postern.queue.spool.log;

import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolChangeContract;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;

class DiskSpoolChangeTest extends SpoolChangeContract {
    @Override
    protected Spool open() throws SpoolException {
        return DiskSpool.open(
                new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000),
                time,
                SpoolListener.NONE);
    }
}
